using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ProdReady.ServiceDefaults.Redaction;
using Sentry;
using Sentry.Extensibility;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// Turns one log line into one event. The exception of an event is remembered by the SDK, so that a second line about the
/// same one, such as the host's about a failed background service, makes no second event.
/// </summary>
internal sealed class ErrorEventLogger(string category) : ILogger
{
    private const string Template = "{OriginalFormat}";

    /// <summary>Who logs what nobody caught. <c>ExceptionHandlerMiddleware</c> is what turns it into a 500.</summary>
    private static readonly string[] LastResorts =
    [
        "Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.Extensions.Hosting.Internal.Host",
    ];

    private readonly bool _isLastResort = LastResorts.Contains(category, StringComparer.Ordinal);

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Error and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var hub = HubAdapter.Instance;
        if (!IsEnabled(logLevel) || !hub.IsEnabled)
        {
            return;
        }

        // The runtime's own exceptions, such as the one for no memory, cannot be written to
        if (_isLastResort && exception is { Data.IsReadOnly: false })
        {
            exception.SetSentryMechanism(category, handled: false, terminal: false);
        }

        var @event = new SentryEvent(exception)
        {
            Level = logLevel == LogLevel.Critical ? SentryLevel.Fatal : SentryLevel.Error,
            Logger = category,
            Message = new() { Formatted = formatter(state, exception) },
        };
        if (eventId.Name is { Length: > 0 } name)
        {
            @event.SetTag("event", name);
        }

        AddFields(@event, state);
        Capture(hub, @event);
    }

    private static void AddFields<TState>(SentryEvent target, TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach (var (key, value) in fields)
        {
            if (key == Template)
            {
                target.Message!.Message = value as string;
            }
            else if (Redactor.IsSecret(key) && value?.ToString() is { Length: > 0 } secret)
            {
                // In the finished text, nothing says any more that this was a secret
                target.Message!.Formatted = target.Message.Formatted!.Replace(secret, Redactor.Mask, StringComparison.Ordinal);
            }
            else
            {
                target.SetExtra(key, value);
            }
        }
    }

    /// <summary>
    /// In a scope of its own, which knows the trace: the envelope's header takes it from there, and the SDK leaves a breadcrumb
    /// in it, which must not turn up in another request's event.
    /// </summary>
    private static void Capture(HubAdapter hub, SentryEvent @event)
    {
        using (hub.PushScope())
        {
            hub.ConfigureScope(static scope => scope.Transaction = null);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                var trace = activity.TraceId.ToHexString();
                hub.ContinueTrace($"{trace}-{activity.SpanId.ToHexString()}", $"sentry-trace_id={trace}");
            }

            hub.CaptureEvent(@event);
        }
    }
}
