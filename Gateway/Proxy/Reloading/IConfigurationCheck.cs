using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>Says what is wrong with a part of a configuration before any part of it takes effect.</summary>
internal interface IConfigurationCheck
{
    /// <summary>Every failure in words for the operator; none if the part is valid.</summary>
    IEnumerable<string> Check(IConfiguration candidate);
}

/// <summary>Checks a section by the validators of its options.</summary>
internal sealed class OptionsCheck<TOptions>(string section, IServiceProvider services) : IConfigurationCheck
    where TOptions : class, new()
{
    public IEnumerable<string> Check(IConfiguration candidate)
    {
        var options = new TOptions();
        try
        {
            candidate.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException unreadable)
        {
            return [unreadable.Message];
        }

        // By the container when it is asked, since a validator may itself want what is being checked
        return services.GetServices<IValidateOptions<TOptions>>()
            .Select(validator => validator.Validate(Options.DefaultName, options))
            .Where(result => result.Failed)
            .SelectMany(result => result.Failures ?? []);
    }
}
