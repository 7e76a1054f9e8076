namespace ProdReady.ServiceDefaults.Logging;

/// <summary>Reads scopes as lines hold them: a list of fields, or a text.</summary>
internal static class ScopeReader
{
    private const int MaxScopes = 16;

    public static void Read(object? scope, List<object> scopes)
    {
        if (scope is null || scopes.Count == MaxScopes)
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
