namespace ProdReady.ServiceDefaults.GroupCommit;

/// <summary>
/// So many requests wait already that one more would only wait longer. Nothing was done; answer 503 and let the caller repeat.
/// </summary>
public sealed class GroupCommitFullException(string name) : Exception($"Too many requests wait for {name}.");
