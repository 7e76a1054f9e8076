using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Documentation;

internal sealed class ValidateDocumentationOptions(IConfiguration configuration) : IValidateOptions<DocumentationOptions>
{
    private const string Section = DocumentationOptions.SectionName;

    public ValidateOptionsResult Validate(string? name, DocumentationOptions options)
    {
        List<string> failures = [.. OfDocuments(options)];
        if (options.RefreshInterval < TimeSpan.FromSeconds(1) || options.RefreshInterval > TimeSpan.FromDays(1))
        {
            failures.Add($"{Section}:RefreshInterval is {options.RefreshInterval}; it must be 1 s to 1 day. Example: 00:01:00");
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromSeconds(30))
        {
            failures.Add($"{Section}:Timeout is {options.Timeout}; it must be 100 ms to 30 s. Example: 00:00:02");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private IEnumerable<string> OfDocuments(DocumentationOptions options)
    {
        var clusters = configuration.GetSection("ReverseProxy:Clusters").GetChildren().Select(cluster => cluster.Key).ToList();
        foreach (var (cluster, path) in options.Documents)
        {
            if (string.IsNullOrEmpty(path))
            {
                continue;
            }

            if (!clusters.Contains(cluster, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{Section}:Documents:{cluster} names no cluster of ReverseProxy:Clusters. "
                    + $"There are: {string.Join(", ", clusters.Order())}";
            }

            if (!path.StartsWith('/') || !Uri.TryCreate(path, UriKind.Relative, out _))
            {
                yield return $"{Section}:Documents:{cluster} is '{path}', which is not a path. Example: /openapi/v1.json";
            }
        }
    }
}
