using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>
/// Counts, and logs in a line, what the server refuses before any middleware has seen it: a request line or headers that cannot be
/// read, are too long, or come too slowly. Kestrel answers those by itself, and tells of them by a diagnostic event alone.
/// </summary>
internal sealed partial class MalformedRequests(DiagnosticListener server, IMeterFactory meters, ILogger<MalformedRequests> logger)
    : IHostedService, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private readonly Counter<long> _requests = meters.Create("ProdReady.Http").CreateCounter<long>(
        "prodready.http.malformed_requests", "{request}", "Requests that the server refused before any middleware saw them");

    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _requests.Add(0);
        _subscription = server.Subscribe(this, static name => name == Event);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();

    public void OnNext(KeyValuePair<string, object?> value)
    {
        // A body that could not be read is the application's to answer, and has its line
        if (value is { Key: Event, Value: IFeatureCollection features }
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException error
            && !CorrelationId.IsDecided(features))
        {
            _requests.Add(1);
            var client = features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;
            Log.Refused(
                logger, client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client, error.StatusCode, Reason(error.Message));
        }
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    /// <summary>Kestrel's own words; what it repeats of the request comes behind a colon or in quotes, and stays out.</summary>
    private static string Reason(string message) =>
        message.IndexOfAny([':', '\'', '"']) is >= 0 and var end ? message[..end].TrimEnd() + "." : message;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Refused a malformed request of {Client} with {Status}: {Reason}")]
        public static partial void Refused(ILogger logger, IPAddress? client, int status, string reason);
    }
}
