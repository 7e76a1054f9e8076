using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Tests.Sources;

public sealed class SourceUsesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private readonly SourceUses _uses = new();

    [Fact]
    public void Nothing_has_changed_at_first() => Assert.Empty(_uses.TakeChanges());

    [Fact]
    public void Latest_of_each_is_handed_out_once()
    {
        _uses.Verified("stripe", "new", Now);
        _uses.Verified("stripe", "old", Now.AddSeconds(1));
        _uses.Verified("stripe", "new", Now.AddSeconds(2));
        _uses.Committed("stripe", Now.AddSeconds(3));
        _uses.Failed("github", "missing", Now);
        _uses.Failed("github", "stale", Now.AddSeconds(4));

        var changes = _uses.TakeChanges();

        Assert.Equal(["github", "stripe"], changes.Select(change => change.Source));
        Assert.Equal((null, Now.AddSeconds(4), "stale"), (changes[0].LastEventAt, changes[0].LastFailureAt, changes[0].LastFailure));
        Assert.Empty(changes[0].Secrets);
        Assert.Equal((Now.AddSeconds(3), (DateTimeOffset?)null), (changes[1].LastEventAt, changes[1].LastFailureAt));
        Assert.Equal([new SecretUse("new", Now.AddSeconds(2)), new SecretUse("old", Now.AddSeconds(1))], changes[1].Secrets);
        Assert.Empty(_uses.TakeChanges());
    }

    [Fact]
    public void What_could_not_be_written_is_handed_out_again_unless_something_later_came()
    {
        _uses.Verified("stripe", "old", Now);
        _uses.Committed("stripe", Now);
        _uses.Failed("stripe", "missing", Now);
        _uses.Failed("github", "stale", Now);
        var taken = _uses.TakeChanges();
        _uses.Failed("stripe", "mismatch", Now.AddSeconds(1));

        _uses.PutBack(taken);

        var changes = _uses.TakeChanges();
        Assert.Equal(["github", "stripe"], changes.Select(change => change.Source));
        Assert.Equal("stale", changes[0].LastFailure);
        Assert.Equal(
            (Now, Now.AddSeconds(1), "mismatch", new SecretUse("old", Now)),
            (changes[1].LastEventAt, changes[1].LastFailureAt, changes[1].LastFailure, Assert.Single(changes[1].Secrets)));
    }

    [Fact]
    public void Request_that_was_overtaken_changes_nothing()
    {
        _uses.Verified("stripe", "new", Now);
        _uses.Verified("stripe", "new", Now.AddSeconds(-1));
        _uses.Committed("stripe", Now);
        _uses.Committed("stripe", Now.AddSeconds(-1));
        _uses.Failed("stripe", "stale", Now);
        _uses.Failed("stripe", "missing", Now.AddSeconds(-1));

        var change = Assert.Single(_uses.TakeChanges());

        Assert.Equal((Now, Now, "stale"), (change.LastEventAt, change.LastFailureAt, change.LastFailure));
        Assert.Equal(new SecretUse("new", Now), Assert.Single(change.Secrets));
    }

    [Fact]
    public void Only_what_is_new_is_handed_out_again()
    {
        _uses.Verified("stripe", "a", Now);
        _uses.TakeChanges();
        _uses.Verified("stripe", "b", Now);

        Assert.Equal("b", Assert.Single(Assert.Single(_uses.TakeChanges()).Secrets).SecretId);
    }
}
