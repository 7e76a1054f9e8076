using System.Text.Json;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>Entries in Redis are JSON, so that an operator can read them.</summary>
internal sealed class CacheSerializer : IFusionCacheSerializer
{
    // Fields, because tuples have nothing else
    private static readonly JsonSerializerOptions Options = new() { IncludeFields = true };

    public byte[] Serialize<T>(T? obj) => JsonSerializer.SerializeToUtf8Bytes(obj, Options);

    public T? Deserialize<T>(byte[] data) => JsonSerializer.Deserialize<T>(data, Options);

    public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

    public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
}
