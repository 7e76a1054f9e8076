using OpenTelemetry;
using OpenTelemetry.Logs;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>What goes to a collector is redacted as the console's lines are, scopes too, and has the correlation id.</summary>
internal sealed class RedactionProcessor(LineLoggerProvider lines) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        var fields = new List<KeyValuePair<string, object?>>();
        FieldReader.Read(data.Attributes, fields);
        if (data.FormattedMessage is { } message)
        {
            data.FormattedMessage = SafeValue.Text(FieldReader.WithoutSecrets(message, data.Attributes));
        }

        if (data.Attributes?.FirstOrDefault(field => field.Key == FieldReader.Template).Value is { } template)
        {
            fields.Add(new(FieldReader.Template, SafeValue.Text(SafeValue.ToText(template))));
        }

        AddScopes(fields);
        if (CorrelationId.Current is { } correlationId)
        {
            fields.RemoveAll(field => field.Key == FieldReader.CorrelationId);
            fields.Add(new(FieldReader.CorrelationId, correlationId));
        }

        RedactException(data, fields);
        data.Attributes = fields;
    }

    /// <summary>The innermost first: of two of a name, the nearer one holds, and before both the line's own.</summary>
    private void AddScopes(List<KeyValuePair<string, object?>> fields)
    {
        var scopes = new List<object>();
        lines.ReadScopes(scopes);
        foreach (var scope in Enumerable.Reverse(scopes).OfType<List<KeyValuePair<string, object?>>>())
        {
            fields.AddRange(scope.Where(field => !fields.Exists(known => known.Key == field.Key)).ToList());
        }
    }

    /// <summary>An exception's text cannot be changed, so where it holds secrets, its description goes out in its place.</summary>
    private static void RedactException(LogRecord data, List<KeyValuePair<string, object?>> fields)
    {
        if (data.Exception is not { } exception)
        {
            return;
        }

        var text = SafeValue.ToText(exception);
        var redacted = SafeValue.Text(text);
        if (ReferenceEquals(text, redacted))
        {
            return;
        }

        // https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/
        fields.Add(new("exception.type", exception.GetType().FullName));
        fields.Add(new("exception.message", ExceptionJson.Part(exception, static exception => exception.Message)));
        fields.Add(new("exception.stacktrace", redacted));
        data.Exception = null;
    }
}
