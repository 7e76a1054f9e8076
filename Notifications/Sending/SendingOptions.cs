using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Sending;

/// <summary>How messages are taken from the queue.</summary>
public sealed class SendingOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Sending";

    /// <summary>Messages that one process sends at a time, 1 to 256.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>
    /// How often the queue is looked at, for what other processes accepted and for tries that come due; what this process
    /// accepts is sent at once. 100 ms to 1 min.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}

internal sealed class ValidateSendingOptions : IValidateOptions<SendingOptions>
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, SendingOptions options)
    {
        var failures = new List<string>();
        if (options.Concurrency is < 1 or > 256)
        {
            failures.Add("Sending:Concurrency is not between 1 and 256. Example: 16");
        }

        if (options.PollInterval < ShortestInterval || options.PollInterval > LongestInterval)
        {
            failures.Add("Sending:PollInterval is not between 100 ms and 1 minute. Example: 00:00:01");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
