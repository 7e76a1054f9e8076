namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's Messages resource, <c>/2010-04-01/Accounts/{AccountSid}/Messages</c>.</summary>
/// <remarks>Whatever happens on the way to Twilio and back comes out as a <see cref="TwilioResult"/>.</remarks>
internal interface ITwilioMessages
{
    /// <summary>
    /// Sends <paramref name="body"/> to <paramref name="to"/>, once: no layer below repeats it. Twilio has no idempotency
    /// for messages, so an answer that did not arrive is <see cref="TwilioResult.Unknown"/>; so is a cancelled call.
    /// </summary>
    /// <param name="to">The recipient, in E.164 form.</param>
    /// <param name="body">1 to 1,600 characters.</param>
    /// <param name="cancellationToken">Ends the wait; Twilio may send the message all the same.</param>
    Task<TwilioResult> CreateAsync(string to, string body, CancellationToken cancellationToken);

    /// <summary>Asks for a message by the SID that <see cref="CreateAsync"/> returned.</summary>
    Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken);
}
