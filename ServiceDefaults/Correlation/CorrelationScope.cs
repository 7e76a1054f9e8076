using System.Collections;

namespace ProdReady.ServiceDefaults.Correlation;

/// <summary>The id as a scope, for every log provider that reads scopes. One object, since every request makes one.</summary>
internal sealed class CorrelationScope(string id) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public const string Name = "correlationId";

    public int Count => 1;

    public KeyValuePair<string, object?> this[int index] =>
        index == 0 ? new(Name, id) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
    }

    public override string ToString() => $"{Name}:{id}";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
