using System.Globalization;
using ProdReady.ServiceDefaults.Redaction;
using Sentry;
using Sentry.Extensibility;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// Takes out of an event what must not leave the house: user, body, cookies, headers, and whatever <see cref="Redactor"/>
/// finds in its texts.
/// </summary>
internal sealed class EventScrubber : ISentryEventProcessor
{
    public SentryEvent? Process(SentryEvent @event)
    {
        ScrubContext(@event);
        if (@event.Message is { } message)
        {
            @event.Message = new() { Message = Text(message.Message), Formatted = Text(message.Formatted) };
        }

        foreach (var exception in @event.SentryExceptions ?? [])
        {
            exception.Value = Text(exception.Value);
            if (exception.Mechanism is { } mechanism)
            {
                foreach (var (key, value) in mechanism.Data.ToArray())
                {
                    mechanism.Data[key] = Value(key, value) ?? "";
                }
            }
        }

        return @event;
    }

    /// <summary>Breadcrumbs cannot be changed any more once they are on an event.</summary>
    public static Breadcrumb? Scrub(Breadcrumb breadcrumb) => new(
        Text(breadcrumb.Message) ?? "",
        breadcrumb.Type ?? "",
        breadcrumb.Data?.ToDictionary(pair => pair.Key, pair => Redactor.IsSecret(pair.Key) ? Redactor.Mask : Redactor.Text(pair.Value)),
        breadcrumb.Category,
        breadcrumb.Level);

    private static void ScrubContext(SentryEvent @event)
    {
        // The SDK puts an id of the machine here when there is no user
        @event.User = new();
        @event.TransactionName = Text(@event.TransactionName);
        var request = @event.Request;
        @event.Request = new()
        {
            Method = request.Method,
            Url = Text(request.Url),
            QueryString = Redactor.Query(request.QueryString),
        };
        foreach (var (key, value) in @event.Tags.ToArray())
        {
            @event.SetTag(key, Redactor.IsSecret(key) ? Redactor.Mask : Redactor.Text(value));
        }

        foreach (var (key, value) in @event.Extra.ToArray())
        {
            @event.SetExtra(key, Value(key, value));
        }
    }

    /// <summary>An object is sent as its text, not member by member: nobody has looked through its members.</summary>
    private static object? Value(string key, object? value) => value switch
    {
        null => null,
        _ when Redactor.IsSecret(key) => Redactor.Mask,
        string text => Redactor.Text(text),
        bool or byte or short or int or long or float or double or decimal => value,
        _ => Text(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };

    private static string? Text(string? text) => text is null ? null : Redactor.Text(text);
}
