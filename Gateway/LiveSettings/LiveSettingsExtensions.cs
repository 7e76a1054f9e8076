using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.LiveSettings;

internal static class LiveSettingsExtensions
{
    /// <summary>Settings that are checked at start and at every change, and that <see cref="LiveSection{TOptions}"/> has as they hold now.</summary>
    public static void AddLiveOptions<TOptions, TValidation>(this WebApplicationBuilder builder, string section)
        where TOptions : class, new()
        where TValidation : class, IValidateOptions<TOptions>
    {
        builder.Services.AddSingleton<IValidateOptions<TOptions>, TValidation>();
        // Not by BindConfiguration: the options monitor would read every change too, and throw where it is wrong
        builder.Services.AddOptions<TOptions>()
            .Configure<IConfiguration>((options, configuration) =>
            {
                if (SectionReader.Read(configuration, section, options) is { } failure)
                {
                    throw new OptionsValidationException(section, typeof(TOptions), [failure]);
                }
            })
            .ValidateOnStart();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<LiveSection<TOptions>>(services, section));
        builder.Services.AddSingleton<ILiveSection>(services => services.GetRequiredService<LiveSection<TOptions>>());
        if (builder.Services.All(service => service.ImplementationType != typeof(LiveSettingsReload)))
        {
            builder.Services.AddHostedService<LiveSettingsReload>();
        }
    }
}
