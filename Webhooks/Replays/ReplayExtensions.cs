namespace ProdReady.Webhooks.Replays;

internal static class ReplayExtensions
{
    /// <summary>Adds what delivers events once more. After the delivery.</summary>
    public static IHostApplicationBuilder AddReplays(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Replayer>();
        builder.Services.AddSingleton<ReplayStore>();
        builder.Services.AddHostedService<ReplayWorker>();
        return builder;
    }
}
