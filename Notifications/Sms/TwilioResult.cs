namespace ProdReady.Notifications.Sms;

/// <summary>What came of a call to Twilio.</summary>
internal abstract record TwilioResult
{
    private TwilioResult()
    {
    }

    /// <summary>Twilio answered with a message.</summary>
    /// <param name="Sid">Twilio's id of it.</param>
    /// <param name="Status">Its state at Twilio: <c>queued</c>, <c>sent</c>, <c>delivered</c>, ...</param>
    /// <param name="ErrorCode">Why it was not delivered, where that is known.</param>
    /// <param name="ErrorMessage">The same in words.</param>
    internal sealed record Succeeded(string Sid, string Status, int? ErrorCode, string? ErrorMessage) : TwilioResult;

    /// <summary>Twilio refused; it did nothing.</summary>
    /// <param name="HttpStatus">The answer's status.</param>
    /// <param name="Code">Twilio's error code, if the answer had one.</param>
    /// <param name="Message">Twilio's sentence. It can quote the recipient's number: for the caller, not for logs.</param>
    /// <param name="RetryAfter">How long Twilio asked to wait.</param>
    internal sealed record Rejected(int HttpStatus, int? Code, string Message, TimeSpan? RetryAfter) : TwilioResult;

    /// <summary>The request never left: Twilio cannot be reached, or the circuit is open. Safe to repeat.</summary>
    internal sealed record NotSent(string Reason, TimeSpan? RetryAfter) : TwilioResult;

    /// <summary>The request left, and no answer says what became of it. Repeating it could do it twice.</summary>
    internal sealed record Unknown(string Reason) : TwilioResult;
}
