using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Context.Propagation;
using ProdReady.ServiceDefaults.ErrorTracking;
using Sentry;
using Sentry.OpenTelemetry;

namespace ProdReady.ServiceDefaults;

/// <summary>Traces as Sentry's transactions, by its own package.</summary>
internal static class SentryTracing
{
    /// <summary>What the package makes of exceptions that an instrumentation has noted on a span.</summary>
    private const string FromSpan = "SentrySpanProcessor.ErrorSpan";

    public static void Configure(SentryOptions options, TraceSampling sampling)
    {
        // Not with disableSentryTracing, which drops what AddSentry starts as well; the one other source of spans goes instead
        options.UseOpenTelemetry();
        options.DisableDiagnosticSourceIntegration();
        // A sampler and not a rate: with a rate, every trace that came in from another service would be kept
        options.TracesSampler = context =>
            sampling.Keeps(ActivityTraceId.CreateFromString(context.TransactionContext.TraceId.ToString())) ? 1 : 0;
        // The same failure is logged, with its real exception
        options.SetBeforeSend(static @event =>
            @event.SentryExceptions?.Any(exception => exception.Mechanism?.Type == FromSpan) == true ? null : @event);
    }

    /// <summary>W3C's propagators, OpenTelemetry's defaults, instead of Sentry's: the other services know no other headers.</summary>
    public static void AddSentryTracing(this IHostApplicationBuilder builder) =>
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSentry(
            new CompositeTextMapPropagator([new TraceContextPropagator(), new BaggagePropagator()])));
}
