using System.Diagnostics.Metrics;
using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.Documentation;

internal sealed class DocumentationMetrics
{
    private readonly Counter<long> _documents;

    public DocumentationMetrics(IMeterFactory meters, LiveSection<DocumentationOptions> settings)
    {
        _documents = meters.Create("ProdReady.Gateway").CreateCounter<long>(
            "prodready.documentation.documents", "{document}", "OpenAPI documents asked of services, by service and outcome");
        foreach (var service in settings.Current.Documents.Keys)
        {
            Add(0, service, received: true);
            Add(0, service, received: false);
        }
    }

    public void Asked(string service, bool received) => Add(1, service, received);

    private void Add(long count, string service, bool received) => _documents.Add(
        count,
        new KeyValuePair<string, object?>("service", service),
        new KeyValuePair<string, object?>("outcome", received ? "received" : "failed"));
}
