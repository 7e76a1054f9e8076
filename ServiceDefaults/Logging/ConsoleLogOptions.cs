using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>How the console's lines look.</summary>
public sealed class ConsoleLogOptions
{
    /// <summary>The section that holds them; its <c>LogLevel</c> is the console's own, as for every log provider.</summary>
    public const string SectionName = "Logging:Console";

    /// <summary>How a line looks, for machines or for people. Default: <c>Pretty</c> in Development, else <c>Json</c>.</summary>
    public ConsoleLogFormat? Format { get; set; }

    internal static ConsoleLogFormat? Read(IConfiguration configuration) =>
        Enum.TryParse<ConsoleLogFormat>(configuration[$"{SectionName}:Format"], ignoreCase: true, out var format)
        && Enum.IsDefined(format) ? format : null;
}

/// <summary>The two formats.</summary>
public enum ConsoleLogFormat
{
    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>One coloured line.</summary>
    Pretty,
}

/// <remarks>The logs are there before the options are validated, so the value is read in a way that cannot fail.</remarks>
internal sealed class ValidateConsoleLogOptions(IConfiguration configuration) : IValidateOptions<ConsoleLogOptions>
{
    private const string Key = $"{ConsoleLogOptions.SectionName}:Format";

    public ValidateOptionsResult Validate(string? name, ConsoleLogOptions options) =>
        string.IsNullOrEmpty(configuration[Key]) || ConsoleLogOptions.Read(configuration) is not null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{Key} is '{configuration[Key]}', which is neither Json nor Pretty. Example: Json");
}
