using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// An object being read. Where the connection breaks, reading goes on at that byte, as long as it is still the same object; a few times
/// in a row, and anew after some progress.
/// </summary>
internal sealed class S3ReadStream : ReadOnlyStream
{
    private const int MaxBreaks = 5;
    private const long Progress = 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly IAmazonS3 _client;
    private readonly S3Place _place;
    private readonly string _file;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly string _etag;
    private readonly long _length;
    private GetObjectResponse? _answer;
    private long _position;
    private long _brokenAt;
    private int _breaks;

    public S3ReadStream(IAmazonS3 client, S3Place place, string file, TimeSpan timeout, TimeProvider time, GetObjectResponse answer)
    {
        (_client, _place, _file, _timeout, _time, _answer) = (client, place, file, timeout, time, answer);
        (_etag, _length) = (answer.ETag, answer.ContentLength);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position == _length)
        {
            return 0;
        }

        while (true)
        {
            try
            {
                _answer ??= await ResumeAsync(cancellationToken);
                var read = await ReadOnceAsync(_answer.ResponseStream, buffer, cancellationToken);
                _position += read;
                return read;
            }
            catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
            {
                Drop();
                if (IsFinal(exception) || !MayTryAgain())
                {
                    throw S3Failure.Of(exception, _place, _file, "read");
                }
            }

            await Task.Delay(FirstPause * Math.Pow(2, _breaks - 1), _time, cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
        }

        base.Dispose(disposing);
    }

    // What the SDK did not get past by trying again, and what trying again does not change
    private static bool IsFinal(Exception exception) => exception is AmazonS3Exception { StatusCode: not 0 and < System.Net.HttpStatusCode.InternalServerError };

    private async Task<GetObjectResponse> ResumeAsync(CancellationToken cancellationToken)
    {
        var answer = await _client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = _place.Bucket,
                Key = _place.KeyOf(_file),
                ByteRange = new ByteRange(_position, _length - 1),
                EtagToMatch = _etag,
            },
            cancellationToken);
        // Some services do not know the condition
        if (answer.ETag != _etag || answer.ContentLength != _length - _position)
        {
            answer.Dispose();
            throw new StorageException($"{_place.UrlOf(_file)} cannot be read: it was replaced while it was read.");
        }

        return answer;
    }

    private async ValueTask<int> ReadOnceAsync(Stream content, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(_timeout);
        var rest = (int)Math.Min(buffer.Length, _length - _position);
        var read = await content.ReadAsync(buffer[..rest], bound.Token);
        return read > 0 ? read : throw new IOException($"it ended after {_position} of {_length} bytes");
    }

    private bool MayTryAgain()
    {
        _breaks = _position - _brokenAt >= Progress ? 1 : _breaks + 1;
        _brokenAt = _position;
        return _breaks <= MaxBreaks;
    }

    private void Drop()
    {
        _answer?.Dispose();
        _answer = null;
    }
}
