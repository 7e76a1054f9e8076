using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Redaction;
using Sentry;
using Sentry.Extensibility;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Adds to an event where it happened: trace, correlation id, and the request's method, path and route.</summary>
internal sealed class RequestFacts(IHttpContextAccessor accessor) : ISentryEventProcessor
{
    private const string CorrelationTag = "correlationId";

    public SentryEvent? Process(SentryEvent @event)
    {
        AddTrace(@event);
        try
        {
            if (CorrelationId.Current is { Length: > 0 } id)
            {
                @event.SetTag(CorrelationTag, id);
            }

            if (accessor.HttpContext is { } context)
            {
                AddRequest(@event, context);
            }
        }
        catch (ObjectDisposedException)
        {
            // The request ended while work that it had left behind failed: the event is worth more than its request
        }

        return @event;
    }

    /// <summary>The SDK has ids of its own, which no log and no trace knows.</summary>
    private static void AddTrace(SentryEvent @event)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return;
        }

        var trace = @event.Contexts.Trace;
        trace.TraceId = SentryId.Parse(activity.TraceId.ToHexString());
        trace.SpanId = SpanId.Parse(activity.SpanId.ToHexString());
        trace.ParentSpanId = activity.ParentSpanId == default ? null : SpanId.Parse(activity.ParentSpanId.ToHexString());
    }

    private static void AddRequest(SentryEvent @event, HttpContext context)
    {
        var request = context.Request;
        @event.Request.Method = request.Method;
        @event.Request.Url = $"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}";
        @event.Request.QueryString = Redactor.Query(request.QueryString.Value);
        // The exception handler clears the endpoint and keeps it in its feature
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        if (endpoint is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            @event.TransactionName = $"{request.Method} {route}";
        }
    }
}
