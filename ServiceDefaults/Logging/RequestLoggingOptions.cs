using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>The line that every request leaves in the log.</summary>
public sealed class RequestLoggingOptions
{
    /// <summary>The section that holds them.</summary>
    public const string SectionName = "RequestLogging";

    /// <summary>Whether requests are logged at all. Default: true.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>Reads the section by hand: the binder's own error names no example.</summary>
internal sealed class ConfigureRequestLoggingOptions(IConfiguration configuration)
    : IConfigureOptions<RequestLoggingOptions>, IValidateOptions<RequestLoggingOptions>
{
    private const string Key = $"{RequestLoggingOptions.SectionName}:{nameof(RequestLoggingOptions.Enabled)}";

    public void Configure(RequestLoggingOptions options) =>
        options.Enabled = !bool.TryParse(configuration[Key], out var enabled) || enabled;

    public ValidateOptionsResult Validate(string? name, RequestLoggingOptions options) =>
        string.IsNullOrEmpty(configuration[Key]) || bool.TryParse(configuration[Key], out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{Key} is '{configuration[Key]}', which is neither true nor false. Example: false");
}
