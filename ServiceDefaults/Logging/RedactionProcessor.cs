using OpenTelemetry;
using OpenTelemetry.Logs;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>What goes to a collector is redacted as the console's lines are, and has the correlation id.</summary>
internal sealed class RedactionProcessor : BaseProcessor<LogRecord>
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
            fields.Add(new(FieldReader.Template, template));
        }

        if (CorrelationId.Current is { } correlationId)
        {
            fields.RemoveAll(field => field.Key == FieldReader.CorrelationId);
            fields.Add(new(FieldReader.CorrelationId, correlationId));
        }

        RedactException(data, fields);
        data.Attributes = fields;
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
