namespace ProdReady.ServiceDefaults.Caching;

/// <summary>What this process remembers, and what changes do to it.</summary>
internal sealed class CacheMemory(CacheEntries entries, Flights flights, TagVersions tags, RedisBackplane backplane)
{
    /// <summary>Applies a change that this process or another has made.</summary>
    public void Apply(Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Key:
                flights.Overtake(key => key == change.Name);
                backplane.Forget(change.Name);
                break;
            case ChangeKind.Tag:
                tags.Forget(change.Name);
                break;
            default:
                var pattern = new KeyPattern(change.Name);
                flights.Overtake(pattern.IsMatch);
                foreach (var key in Keys().Where(pattern.IsMatch))
                {
                    backplane.Forget(key);
                }

                break;
        }
    }

    /// <summary>Takes out an entry that has grown old by itself; no other change has come to it.</summary>
    public void Discard(string key) => entries.Remove(key);

    /// <summary>
    /// Believes nothing any more: every entry is read anew before it is served, and stands in only where that fails.
    /// </summary>
    public void Distrust()
    {
        tags.ForgetAll();
        flights.Overtake(_ => true);
        foreach (var key in Keys())
        {
            backplane.Expire(key);
        }
    }

    private IEnumerable<string> Keys() => entries.Keys.OfType<string>();
}
