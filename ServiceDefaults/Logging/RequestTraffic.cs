using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>
/// Counts what a request reads and writes, and sees who ended it. One object stands in for two features of the server's, and
/// hands every call on.
/// </summary>
internal sealed class RequestTraffic : PipeWriter, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
{
    private readonly IHttpResponseBodyFeature _response;
    private readonly IHttpRequestLifetimeFeature _lifetime;
    private CountingStream? _requestBody;
    private CountingStream? _responseStream;
    private long _written;
    private bool _completed;

    private RequestTraffic(IHttpResponseBodyFeature response, IHttpRequestLifetimeFeature lifetime)
    {
        _response = response;
        _lifetime = lifetime;
    }

    /// <summary>The bytes of the response's body.</summary>
    public long ResponseBytes => _written + (_responseStream?.BytesWritten ?? 0);

    /// <summary>Whether the response was cut off on our side.</summary>
    public bool AbortedHere { get; private set; }

    public Stream Stream => _responseStream ??= CountingStream.Over(_response.Stream);

    public PipeWriter Writer => this;

    public CancellationToken RequestAborted
    {
        get => _lifetime.RequestAborted;
        set => _lifetime.RequestAborted = value;
    }

    public override bool CanGetUnflushedBytes => _response.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _response.Writer.UnflushedBytes;

    /// <summary>Puts itself between the request and the server.</summary>
    public static RequestTraffic Watch(HttpContext context)
    {
        var features = context.Features;
        var traffic = new RequestTraffic(
            features.GetRequiredFeature<IHttpResponseBodyFeature>(), features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        features.Set<IHttpResponseBodyFeature>(traffic);
        features.Set<IHttpRequestLifetimeFeature>(traffic);
        if (context.Request.ContentLength is null && features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            // Only a body of unknown length has to be counted
            context.Request.Body = traffic._requestBody = CountingStream.Over(context.Request.Body);
        }

        return traffic;
    }

    /// <summary>Leaves the server's own features behind.</summary>
    public void Unwatch(HttpContext context)
    {
        context.Features.Set(_response);
        context.Features.Set(_lifetime);
    }

    /// <summary>The bytes of the request's body: as many as it said, or else as many as were read.</summary>
    public long RequestBytes(HttpRequest request) => request.ContentLength ?? _requestBody?.BytesRead ?? 0;

    /// <summary>
    /// Whether the client went away before it could have the whole response. One that has all of it may close at once, so an
    /// abort alone says nothing.
    /// </summary>
    public bool AbortedByClient(HttpResponse response) =>
        !AbortedHere && _lifetime.RequestAborted.IsCancellationRequested
        && !_completed && !(response.ContentLength is { } length && ResponseBytes >= length);

    public void Abort()
    {
        AbortedHere |= !_lifetime.RequestAborted.IsCancellationRequested;
        _lifetime.Abort();
    }

    public void DisableBuffering() => _response.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _response.StartAsync(cancellationToken);

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await _response.SendFileAsync(path, offset, count, cancellationToken);
        _written += count ?? (new FileInfo(path).Length - offset);
    }

    public Task CompleteAsync()
    {
        _completed = true;
        return _response.CompleteAsync();
    }

    public override void Advance(int bytes)
    {
        _response.Writer.Advance(bytes);
        _written += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _response.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _response.Writer.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        _response.Writer.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        _written += source.Length;
        return _response.Writer.WriteAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush() => _response.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _response.Writer.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _response.Writer.CompleteAsync(exception);

    public override Stream AsStream(bool leaveOpen = false) => Stream;
}
