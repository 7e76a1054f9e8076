using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ProdReady.Gateway.LiveSettings;
using ProdReady.ServiceDefaults.OpenApi;

namespace ProdReady.Gateway.Documentation;

/// <summary>
/// The gateway's own document with the services' in it. Made when somebody asks, by one caller for all, and kept for a while; a
/// service that is away is left out, and asked again soon.
/// </summary>
internal sealed class MergedDocument(
    [FromKeyedServices(OpenApiExtensions.DocumentName)] IOpenApiDocumentProvider own,
    ServiceDocuments services,
    GatewayPaths paths,
    LiveSection<DocumentationOptions> settings,
    TimeProvider time) : IDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _making = new(1, 1);
    private volatile Made? _made;

    public async Task<byte[]> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } fresh)
        {
            return fresh.Json;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            // Not with the caller's token: whoever waits behind it would have to begin again
            return (Fresh() ?? (_made = await MakeAsync())).Json;
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    private Made? Fresh() => _made is { } made && time.GetElapsedTime(made.At) < made.For ? made : null;

    private async Task<Made> MakeAsync()
    {
        var merged = JsonNode.Parse(
            await (await own.GetOpenApiDocumentAsync()).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!.AsObject();
        var received = await services.GetAsync(CancellationToken.None);
        foreach (var service in received)
        {
            DocumentMerge.Add(merged, service.AsServedBy(paths));
        }

        string[] missing = [.. received.Where(service => service.Document is null).Select(service => service.Service)];
        merged["info"]!["title"] = "ProdReady";
        merged["info"]!["description"] = Describe(missing);
        // The gateway itself, at whatever address it was reached
        merged["servers"] = new JsonArray(new JsonObject { ["url"] = "/" });
        var interval = settings.Current.RefreshInterval;
        return new(
            JsonSerializer.SerializeToUtf8Bytes(merged),
            time.GetTimestamp(),
            missing.Length > 0 && interval > AskAgain ? AskAgain : interval);
    }

    private static string Describe(string[] missing) =>
        "Everything that this gateway serves, but for your own API behind `/api` unless its document is named in the gateway's settings."
        + (missing.Length == 0
            ? ""
            : $"\n\n**Not in here at the moment**, because they do not answer: {string.Join(", ", missing)}. Try again in a moment.");

    private sealed record Made(byte[] Json, long At, TimeSpan For);
}
