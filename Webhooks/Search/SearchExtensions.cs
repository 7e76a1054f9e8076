namespace ProdReady.Webhooks.Search;

internal static class SearchExtensions
{
    /// <summary>Adds what makes bodies searchable.</summary>
    public static IHostApplicationBuilder AddContentSearch(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PayloadStore>();
        builder.Services.AddHostedService<PayloadIndexer>();
        return builder;
    }
}
