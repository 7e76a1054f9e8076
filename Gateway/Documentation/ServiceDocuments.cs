using System.Text.Json;
using System.Text.Json.Nodes;
using ProdReady.Gateway.LiveSettings;
using Yarp.ReverseProxy;

namespace ProdReady.Gateway.Documentation;

/// <summary>Asks the services for their documents, all at once and each for a bounded time.</summary>
internal sealed partial class ServiceDocuments(
    IHttpClientFactory clients,
    IProxyStateLookup proxy,
    LiveSection<DocumentationOptions> settings,
    DocumentationMetrics metrics,
    ILogger<ServiceDocuments> logger)
{
    /// <summary>The client's name; its handlers are set where it is added.</summary>
    public const string Client = "documentation";

    /// <summary>Far above what any service here needs, and a bound on what a broken one can make the gateway hold.</summary>
    public const int LargestDocument = 4 * 1024 * 1024;

    public Task<ServiceDocument[]> GetAsync(CancellationToken cancellationToken) => Task.WhenAll(
        from document in settings.Current.Documents
        where !string.IsNullOrEmpty(document.Value)
        orderby document.Key
        select GetAsync(document.Key, document.Value, cancellationToken));

    private async Task<ServiceDocument> GetAsync(string service, string path, CancellationToken cancellationToken)
    {
        JsonObject? document = null;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(settings.Current.Timeout);
        try
        {
            document = AddressOf(service) is { } address ? await ReadAsync(new Uri(address, path), timeout.Token) : null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever it was: a page with one service less is better than none
            Log.NotReceived(logger, service, exception.GetType().Name, exception.Message);
        }

        metrics.Asked(service, document is not null);
        return new(service, document);
    }

    private async Task<JsonObject?> ReadAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(Client);
        using var response = await client.GetAsync(address, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonNode.ParseAsync(body, cancellationToken: cancellationToken) is JsonObject document
            && document["openapi"]?.GetValueKind() == JsonValueKind.String
            && document["openapi"]!.GetValue<string>().StartsWith('3')
                ? document
                : throw new InvalidDataException("This is not an OpenAPI 3 document.");
    }

    /// <summary>One that YARP would send a request to; its addresses come from service discovery.</summary>
    private Uri? AddressOf(string service)
    {
        if (!proxy.TryGetCluster(service, out var cluster))
        {
            return null;
        }

        var state = cluster.DestinationsState;
        return (state.AvailableDestinations.Count > 0 ? state.AvailableDestinations : state.AllDestinations)
            .Select(destination => new Uri(destination.Model.Config.Address))
            .FirstOrDefault();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The documentation is without {Service}, which did not send its own: {Error}: {Reason}")]
        public static partial void NotReceived(ILogger logger, string service, string error, string reason);
    }
}
