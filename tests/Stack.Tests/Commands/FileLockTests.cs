using ProdReady.Standalone;
using ProdReady.Standalone.Processes;

namespace ProdReady.Stack.Tests.Commands;

public sealed class FileLockTests
{
    [Fact]
    public void One_has_it_at_a_time()
    {
        var path = Path.Combine(Path.GetTempPath(), $"prodready-lock-{Guid.NewGuid():N}");
        using (var first = FileLock.TryTake(path))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryTake(path));
        }

        using (var second = FileLock.TryTake(path))
        {
            Assert.NotNull(second);
        }

        File.Delete(path);
    }

    /// <summary>Whoever waits for it would wait for ever.</summary>
    [Fact]
    public void One_that_can_never_be_had_is_no_lock_that_somebody_holds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux'");

        var failure = Assert.Throws<StackException>(() => FileLock.TryTake("/proc/prodready.lock"));

        Assert.StartsWith("/proc/prodready.lock cannot be opened: ", failure.Message, StringComparison.Ordinal);
    }
}
