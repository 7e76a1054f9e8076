using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Health;

public sealed class DestinationProbeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new();
    private readonly ProbedStorage _storage = new();
    private readonly DestinationProbe _probe;

    public DestinationProbeTests() => _probe = new(_storage, _time);

    [Fact]
    public async Task However_often_it_is_asked_the_destination_is_asked_every_five_minutes()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _probe.WhyNotAsync(Cancelled)));
        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.Null(await _probe.WhyNotAsync(Cancelled));
        Assert.Equal(1, _storage.Probes);

        _time.Advance(TimeSpan.FromSeconds(1));
        await _probe.WhyNotAsync(Cancelled);

        Assert.Equal(2, _storage.Probes);
    }

    [Fact]
    public async Task What_is_mended_shows_after_ten_seconds()
    {
        _storage.Answer = () => Task.FromResult<string?>("It is full.");
        Assert.Equal("It is full.", await _probe.WhyNotAsync(Cancelled));
        _storage.Answer = () => Task.FromResult<string?>(null);
        Assert.Equal("It is full.", await _probe.WhyNotAsync(Cancelled));

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Null(await _probe.WhyNotAsync(Cancelled));
    }

    [Fact]
    public async Task One_that_hangs_is_told_and_not_asked_again_meanwhile()
    {
        var hanging = new TaskCompletionSource<string?>();
        _storage.Answer = () => hanging.Task;
        for (var time = 1; time <= 3; time++)
        {
            var asked = _probe.WhyNotAsync(Cancelled);
            await Eventually.ReadAsync(() => Task.FromResult(_storage.Probes), probes => probes == 1);
            _time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal("The moon does not answer within 10 s.", await asked);
        }

        Assert.Equal(1, _storage.Probes);
        hanging.SetResult(null);
        Assert.Null(await _probe.WhyNotAsync(Cancelled));
    }

    [Fact]
    public async Task One_that_throws_is_told()
    {
        _storage.Answer = () => throw new StorageException("The moon is down.");

        Assert.Equal("The moon is down.", await _probe.WhyNotAsync(Cancelled));
    }

    private sealed class ProbedStorage : IBackupStorage
    {
        private int _probes;

        public int Probes => Volatile.Read(ref _probes);

        public Func<Task<string?>> Answer { get; set; } = () => Task.FromResult<string?>(null);

        public string Name => "moon";

        public string Location => "The moon";

        public Task<string?> WhyNotAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _probes);
            return Answer();
        }

        public Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Stream> OpenAsync(string file, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string file, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
