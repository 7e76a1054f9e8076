namespace ProdReady.Notifications.Sms;

/// <summary>What came of a call to Twilio.</summary>
internal abstract record TwilioResult
{
    private TwilioResult()
    {
    }

    /// <summary>Twilio answered with a message.</summary>
    /// <param name="Message">It has a SID.</param>
    internal sealed record Succeeded(TwilioMessage Message) : TwilioResult;

    /// <summary>Twilio answered with a page of messages.</summary>
    /// <param name="Messages">The newest first.</param>
    /// <param name="NextPageUri">Where the next page is; <see langword="null"/> on the last one.</param>
    internal sealed record Listed(IReadOnlyList<TwilioMessage> Messages, string? NextPageUri) : TwilioResult;

    /// <summary>Twilio answered with an error. What that means says <see cref="TwilioErrors"/>.</summary>
    /// <param name="HttpStatus">The answer's status.</param>
    /// <param name="Code">Twilio's error code, if the answer had one.</param>
    /// <param name="Message">Twilio's sentence. It can quote the recipient's number: for the caller, not for logs.</param>
    /// <param name="RetryAfter">How long Twilio asked to wait.</param>
    internal sealed record Rejected(int HttpStatus, int? Code, string? Message, TimeSpan? RetryAfter) : TwilioResult;

    /// <summary>The request never left: Twilio cannot be reached, or the circuit is open. Safe to repeat.</summary>
    internal sealed record NotSent(string Reason, TimeSpan? RetryAfter) : TwilioResult;

    /// <summary>The request left, and no answer says what became of it. Repeating it could do it twice.</summary>
    internal sealed record Unknown(string Reason) : TwilioResult;
}
