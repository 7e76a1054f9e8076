using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Retention;

/// <summary>How long what the service holds is kept: <c>Webhooks:Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Webhooks:Retention";

    /// <summary>
    /// Days that events are kept and repetitions recognised, 4 to 3,650. Not less: senders repeat for three days. Default: 30.
    /// </summary>
    public int EventDays { get; set; } = 30;

    /// <summary>Days that refused requests are kept, 1 to 30. Default: 7.</summary>
    public int QuarantineDays { get; set; } = 7;
}

internal sealed class ValidateRetentionOptions : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.EventDays), options.EventDays, 4, 3650, 30);
        Check(nameof(options.QuarantineDays), options.QuarantineDays, 1, 30, 7);
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Check(string key, int value, int lowest, int highest, int example)
        {
            if (value < lowest || value > highest)
            {
                failures.Add($"{RetentionOptions.SectionName}:{key} is {value}, outside {lowest} to {highest} days. Example: {example}");
            }
        }
    }
}
