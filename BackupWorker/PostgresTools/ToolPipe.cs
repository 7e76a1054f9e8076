using System.Collections.Concurrent;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// One of a program's pipes, at which a thread of its own waits. Asynchronous calls wait for each few kilobytes that a pipe holds in turn: gigabytes
/// then cost a processor several seconds for waking threads. Here a whole block is one wait.
/// </summary>
/// <remarks>Calls are not cancelled: they end with the program, which whoever cancels kills.</remarks>
internal sealed class ToolPipe : Stream
{
    private readonly Stream _pipe;
    private readonly BlockingCollection<Action> _calls = [];
    private bool _closed;

    public ToolPipe(Stream pipe, string name)
    {
        _pipe = pipe;
        new Thread(Work) { IsBackground = true, Name = name }.Start();
    }

    public override bool CanRead => _pipe.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => _pipe.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Fills the buffer, unless the program ends its output before.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await RunAsync(() => _pipe.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await RunAsync(() =>
    {
        _pipe.Write(buffer.Span);
        return buffer.Length;
    });

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => _pipe.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => _pipe.Write(buffer, offset, count);

    public override void Flush() => _pipe.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !Interlocked.Exchange(ref _closed, true))
        {
            _calls.CompleteAdding();
            _pipe.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task<int> RunAsync(Func<int> call)
    {
        // Whoever waits goes on elsewhere: this thread is the pipe's
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Add(() =>
        {
            try
            {
                done.SetResult(call());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    private void Work()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call();
        }

        _calls.Dispose();
    }
}
