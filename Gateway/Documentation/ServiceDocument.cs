using System.Text.Json.Nodes;

namespace ProdReady.Gateway.Documentation;

/// <summary>What one service says of itself.</summary>
/// <param name="Service">Its cluster's name.</param>
/// <param name="Document">Its OpenAPI document; <see langword="null"/> where it has sent none.</param>
internal sealed record ServiceDocument(string Service, JsonObject? Document)
{
    /// <summary>The document with only those paths that the gateway serves, at the gateway's paths.</summary>
    public ServiceDocument AsServedBy(GatewayPaths gateway)
    {
        if (Document is null)
        {
            return this;
        }

        var served = new JsonObject();
        foreach (var (path, item) in Document["paths"]?.AsObject() ?? [])
        {
            foreach (var (method, operation) in item as JsonObject ?? [])
            {
                if (HttpMethods.Contains(method) && gateway.Find(Service, path, method) is { } at)
                {
                    // What is not an operation holds for all of them, such as parameters
                    var target = served[at] as JsonObject ?? WithoutOperations(item!.AsObject());
                    target[method] = operation?.DeepClone();
                    served[at] = target;
                }
            }
        }

        var document = Document.DeepClone().AsObject();
        document["paths"] = served;
        return new(Service, document);
    }

    /// <summary>OpenAPI 3.1, 4.8.9.</summary>
    private static readonly HashSet<string> HttpMethods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private static JsonObject WithoutOperations(JsonObject item) =>
        new(item.Where(member => !HttpMethods.Contains(member.Key))
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
}
