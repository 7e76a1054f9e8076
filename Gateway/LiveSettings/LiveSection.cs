using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.LiveSettings;

/// <summary>A section of the configuration that can change while the gateway runs.</summary>
internal interface ILiveSection
{
    /// <summary>Reads the section as it is now.</summary>
    /// <param name="apply">Makes it hold.</param>
    /// <returns>What is wrong with it.</returns>
    IReadOnlyList<string> Read(out Action apply);
}

/// <summary>The settings of a section as they hold now: checked as at start, and replaced as a whole.</summary>
internal sealed class LiveSection<TOptions>(
    string section, IConfiguration configuration, IOptions<TOptions> atStart, IEnumerable<IValidateOptions<TOptions>> validations) : ILiveSection
    where TOptions : class, new()
{
    private volatile TOptions? _current;

    public TOptions Current => _current ??= atStart.Value;

    public IReadOnlyList<string> Read(out Action apply)
    {
        var options = new TOptions();
        apply = () => _current = options;
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            // A value that is not of its setting's type
            return [exception.InnerException is { } inner ? $"{exception.Message}: {inner.Message}" : exception.Message];
        }

        return [.. validations.SelectMany(validation => validation.Validate(Options.DefaultName, options).Failures ?? [])];
    }
}
