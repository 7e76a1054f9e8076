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
    // At once: read with the first request, it could be a later configuration, and an unchecked one
    private volatile TOptions _current = atStart.Value;

    public TOptions Current => _current;

    /// <summary>Tells whoever makes something of the settings that others hold now.</summary>
    public event Action<TOptions>? Applied;

    public IReadOnlyList<string> Read(out Action apply)
    {
        var options = new TOptions();
        apply = () =>
        {
            _current = options;
            Applied?.Invoke(options);
        };
        if (SectionReader.Read(configuration, section, options) is { } failure)
        {
            return [failure];
        }

        return [.. validations.SelectMany(validation => validation.Validate(Options.DefaultName, options).Failures ?? [])];
    }
}
