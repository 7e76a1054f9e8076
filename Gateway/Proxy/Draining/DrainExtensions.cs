using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Draining;

/// <summary>Stopping without a lost request.</summary>
internal static class DrainExtensions
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);

    public static void AddDraining(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<DrainOptions>, ValidateDrainOptions>();
        services.AddOptions<DrainOptions>()
            .BindConfiguration(DrainOptions.SectionName)
            .PostConfigure(options => options.Delay ??= builder.Environment.IsDevelopment() ? TimeSpan.Zero : DefaultDelay)
            .ValidateOnStart();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().Add(new("draining", provider => provider.GetRequiredService<Drain>(), null, null));
        services.AddOptions<HostOptions>().PostConfigure<IOptions<DrainOptions>>((host, drain) =>
            host.ShutdownTimeout = (drain.Value.Delay ?? DefaultDelay) + drain.Value.Finish);
    }

    public static void UseDraining(this WebApplication app)
    {
        var drain = app.Services.GetRequiredService<Drain>();
        app.Use(drain.CloseConnectionsAsync);
    }
}
