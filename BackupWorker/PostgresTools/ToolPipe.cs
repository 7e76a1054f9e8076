using System.Collections.Concurrent;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// One of a program's pipes, at which a thread of its own waits. Asynchronous calls wait for each few kilobytes that a pipe holds in turn: gigabytes
/// then cost a processor several seconds for waking threads. Here a whole block is one wait.
/// </summary>
/// <param name="pipe">The pipe.</param>
/// <param name="name">The thread's name.</param>
/// <param name="kill">Kills the program: nothing else ends a call that is cancelled.</param>
internal sealed class ToolPipe(Stream pipe, string name, Action kill) : Stream
{
    private readonly BlockingCollection<Action> _calls = [];
    private bool _started;
    private bool _closed;

    public override bool CanRead => pipe.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => pipe.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Fills the buffer, unless the program ends its output before.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await RunAsync(() => pipe.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false), cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await RunAsync(
        () =>
        {
            pipe.Write(buffer.Span);
            return buffer.Length;
        },
        cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Pipes are read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Pipes are written asynchronously.");

    /// <summary>Does nothing: what is written is in the pipe.</summary>
    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !Interlocked.Exchange(ref _closed, true))
        {
            _calls.CompleteAdding();
            try
            {
                pipe.Dispose();
            }
            catch (IOException)
            {
                // The program takes nothing any more; its exit code says whether that was right
            }
        }

        base.Dispose(disposing);
    }

    private async Task<int> RunAsync(Func<int> call, CancellationToken cancellationToken)
    {
        // Whoever waits goes on elsewhere: this thread is the pipe's
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Add(
            () =>
            {
                try
                {
                    done.SetResult(call());
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            },
            CancellationToken.None);
        if (!Interlocked.Exchange(ref _started, true))
        {
            new Thread(Work) { IsBackground = true, Name = name }.Start();
        }

        await using var ending = cancellationToken.Register(kill);
        var bytes = await done.Task;
        // What a killed program has written is not all that it had to
        cancellationToken.ThrowIfCancellationRequested();
        return bytes;
    }

    private void Work()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call();
        }
    }
}
