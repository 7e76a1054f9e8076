using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>The entries in memory, at most as many as the settings say; the ones used least recently make room.</summary>
internal sealed class CacheEntries(IOptions<CacheOptions> options)
    : MemoryCache(new MemoryCacheOptions { SizeLimit = options.Value.MaxEntries });
