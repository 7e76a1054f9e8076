using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>
/// Between the SDK and s3rver: breaks the requests that a test wants broken, and does what s3rver lacks, which is aborting and listing
/// uploads.
/// </summary>
internal sealed partial class S3rverHandler(S3rver server) : DelegatingHandler(new SocketsHttpHandler())
{
    private int _requests;

    /// <summary>Which requests fail, from 1, and how.</summary>
    public Func<int, S3Fault?> FaultOf { get; set; } = _ => null;

    /// <summary>What a request, counted from 1, waits for.</summary>
    public Func<int, Task> BeforeAsync { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether the service lists uploads.</summary>
    public bool ListsUploads { get; set; } = true;

    /// <summary>Every request so far, such as <c>PUT 5242880</c>.</summary>
    public ConcurrentQueue<(HttpMethod Method, Uri Url, long Size, string Headers)> Requests { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Enqueue((request.Method, request.RequestUri!, request.Content?.Headers.ContentLength ?? 0, request.Headers.ToString()));
        var number = Interlocked.Increment(ref _requests);
        await BeforeAsync(number);
        var fault = FaultOf(number);
        switch (fault)
        {
            case S3Fault.Reset:
                throw new HttpRequestException("Connection reset by peer");
            case S3Fault.ServerError:
                return Answer(request, HttpStatusCode.InternalServerError, Error("InternalError"));
            case S3Fault.Denied:
                return Answer(request, HttpStatusCode.Forbidden, Error("AccessDenied"));
        }

        var answer = await ForwardAsync(request, cancellationToken);
        if (fault == S3Fault.LostAnswer)
        {
            answer.Dispose();
            throw new HttpRequestException("Connection reset by peer");
        }

        if (fault == S3Fault.Truncated)
        {
            var whole = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            var half = new StreamContent(new BreakingStream(whole.AsMemory(0, whole.Length / 2)));
            foreach (var (name, values) in answer.Content.Headers)
            {
                half.Headers.TryAddWithoutValidation(name, values);
            }

            answer.Content = half;
        }

        return answer;
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var query = request.RequestUri!.Query;
        var upload = UploadId().Match(query) is { Success: true } match ? Uri.UnescapeDataString(match.Groups["id"].Value) : null;
        if (upload is not null && !server.Uploads.ContainsKey(upload))
        {
            return Answer(request, HttpStatusCode.NotFound, Error("NoSuchUpload"));
        }

        if (upload is not null && request.Method == HttpMethod.Delete)
        {
            server.Uploads.TryRemove(upload, out _);
            return Answer(request, HttpStatusCode.NoContent, "");
        }

        if (request.Method == HttpMethod.Get && query.Contains("uploads", StringComparison.Ordinal))
        {
            return ListsUploads
                ? Answer(request, HttpStatusCode.OK, ListOf(server.Uploads))
                : Answer(request, HttpStatusCode.NotImplemented, Error("NotImplemented"));
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Post && answer.IsSuccessStatusCode)
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (upload is not null)
            {
                server.Uploads.TryRemove(upload, out _);
            }
            else if (StartedId().Match(text) is { Success: true } started)
            {
                var key = Uri.UnescapeDataString(request.RequestUri.AbsolutePath)[$"/{S3rver.Bucket}/".Length..];
                server.Uploads[started.Groups["id"].Value] = key;
            }
        }

        return answer;
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, HttpStatusCode status, string body) =>
        new(status) { RequestMessage = request, Content = new StringContent(body, Encoding.UTF8, "application/xml") };

    private static string Error(string code) => $"<Error><Code>{code}</Code><Message>For S3RVER</Message></Error>";

    private static string ListOf(IEnumerable<KeyValuePair<string, string>> uploads) =>
        "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>"
        + string.Concat(uploads.Select(upload => $"<Upload><Key>{upload.Value}</Key><UploadId>{upload.Key}</UploadId></Upload>"))
        + "</ListMultipartUploadsResult>";

    [GeneratedRegex("[?&]uploadId=(?<id>[^&]+)")]
    private static partial Regex UploadId();

    [GeneratedRegex("<UploadId>(?<id>[^<]+)</UploadId>")]
    private static partial Regex StartedId();

    private sealed class BreakingStream(ReadOnlyMemory<byte> bytes) : MemoryStream(bytes.ToArray())
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read
                ? read
                : throw new IOException("The response ended prematurely");

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, count) is > 0 and var read ? read : throw new IOException("The response ended prematurely");
    }
}
