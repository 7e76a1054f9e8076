using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

/// <summary>A destination any of whose calls can fail: steps are create, write, commit, open, read, list, delete and clean.</summary>
/// <param name="storage">The real one.</param>
/// <param name="fails">Whether this step of this file fails; asked once for each call.</param>
/// <param name="garbles">Whether the bytes of this file come back other than they were written.</param>
internal sealed class FaultyStorage(
    IBackupStorage storage, Func<string, string, bool>? fails = null, Func<string, bool>? garbles = null) : IBackupStorage
{
    /// <summary>The step that fails, whatever the file.</summary>
    public string? Broken { get; set; }

    /// <summary>What writes wait for.</summary>
    public Task Pace { get; set; } = Task.CompletedTask;

    /// <summary>The files that were read.</summary>
    public ConcurrentQueue<string> Opened { get; } = [];

    public string Name => storage.Name;

    public string Location => storage.Location;

    public async Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken)
    {
        Call("create", file);
        return new Writer(this, file, await storage.CreateAsync(file, cancellationToken));
    }

    public async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken)
    {
        Call("open", file);
        Opened.Enqueue(file);
        return new Reader(this, file, await storage.OpenAsync(file, cancellationToken));
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Call("list", prefix);
        await foreach (var file in storage.ListAsync(prefix, cancellationToken))
        {
            yield return file;
        }
    }

    public Task DeleteAsync(string file, CancellationToken cancellationToken)
    {
        Call("delete", file);
        return storage.DeleteAsync(file, cancellationToken);
    }

    public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        Call("clean", "");
        return storage.RemoveUnfinishedAsync(which, cancellationToken);
    }

    public Task<string?> WhyNotAsync(CancellationToken cancellationToken) => storage.WhyNotAsync(cancellationToken);

    private void Call(string step, string file)
    {
        if (step == Broken || fails?.Invoke(step, file) == true)
        {
            throw new StorageException($"The {step} failed.");
        }
    }

    private bool Garbles(string file) => garbles?.Invoke(file) == true;

    private sealed class Writer(FaultyStorage owner, string file, IFileWriter writer) : IFileWriter
    {
        public Stream Content => field ??= new Bytes(owner, file, writer);

        public Task CommitAsync(CancellationToken cancellationToken)
        {
            owner.Call("commit", file);
            return writer.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }

    private sealed class Bytes(FaultyStorage owner, string file, IFileWriter writer) : WriteOnlyStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Call("write", file);
            await owner.Pace;
            await writer.Content.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class Reader(FaultyStorage owner, string file, Stream content) : ReadOnlyStream
    {
        private readonly bool _garbled = owner.Garbles(file);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Call("read", file);
            var read = await content.ReadAsync(buffer, cancellationToken);
            if (_garbled && read > 0)
            {
                buffer.Span[read / 2] ^= 1;
            }

            return read;
        }

        protected override void Dispose(bool disposing)
        {
            content.Dispose();
            base.Dispose(disposing);
        }
    }
}
