namespace ProdReady.Testing;

/// <summary>A message that <see cref="TwilioFake"/> took.</summary>
public sealed class TwilioFakeMessage
{
    private readonly Lock _moving = new();

    internal TwilioFakeMessage(long number, IFormCollection form, string account, string token, DateTimeOffset createdAt)
    {
        Number = number;
        Sid = $"SM{Guid.NewGuid():N}";
        Account = account;
        Token = token;
        To = form["To"].ToString();
        From = form["From"];
        MessagingServiceSid = form["MessagingServiceSid"];
        Body = form["Body"].ToString();
        StatusCallback = form["StatusCallback"];
        ValidityPeriod = form["ValidityPeriod"];
        CreatedAt = createdAt;
        FirstStatus = MessagingServiceSid is null ? "queued" : "accepted";
        Status = FirstStatus;
    }

    /// <summary>Its id.</summary>
    public string Sid { get; }

    /// <summary>The recipient.</summary>
    public string To { get; }

    /// <summary>The number that it came from.</summary>
    public string? From { get; }

    /// <summary>The pool that it came from.</summary>
    public string? MessagingServiceSid { get; }

    /// <summary>The text; empty once it was redacted.</summary>
    public string Body { get; private set; }

    /// <summary>When it was taken.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Its state.</summary>
    public string Status { get; private set; }

    /// <summary>Where its states are reported.</summary>
    public string? StatusCallback { get; }

    /// <summary>What the request said of it.</summary>
    public string? ValidityPeriod { get; }

    internal long Number { get; }

    internal string Account { get; }

    internal string Token { get; }

    internal string FirstStatus { get; }

    internal int? ErrorCode { get; private set; }

    internal DateTimeOffset? SentAt { get; private set; }

    internal string? Price { get; private set; }

    internal void Redact() => Body = "";

    /// <returns><see langword="false"/> if it is too late to cancel it, or it is canceled.</returns>
    internal bool MoveTo(TwilioStep step, DateTimeOffset now)
    {
        lock (_moving)
        {
            if (Status == "canceled" || (step.Status == "canceled" && Status is not ("queued" or "accepted" or "scheduled")))
            {
                return false;
            }

            Status = step.Status;
            ErrorCode = step.ErrorCode ?? ErrorCode;
            Price = step.Price ?? Price;
            // Twilio knows no date while a message waits
            SentAt ??= Status is "queued" or "accepted" or "scheduled" or "sending" or "canceled" ? null : now;
            return true;
        }
    }
}
