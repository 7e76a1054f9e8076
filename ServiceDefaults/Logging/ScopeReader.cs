using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>Reads scopes as lines hold them: a list of fields, or a text.</summary>
internal static class ScopeReader
{
    private const int MaxScopes = 16;

    public static void Read(object? scope, List<object> scopes)
    {
        // The correlation id has a place of its own in the line
        if (scope is null or CorrelationScope || scopes.Count == MaxScopes)
        {
            return;
        }

        if (scope is IEnumerable<KeyValuePair<string, object?>>)
        {
            var fields = new List<KeyValuePair<string, object?>>();
            FieldReader.Read(scope, fields);
            scopes.Add(fields);
        }
        else
        {
            scopes.Add(SafeValue.Text(SafeValue.ToText(scope)));
        }
    }
}
