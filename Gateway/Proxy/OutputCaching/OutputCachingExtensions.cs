using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.OutputCaching;

/// <summary>ASP.NET Core's output cache with answers in Redis.</summary>
internal static class OutputCachingExtensions
{
    public static void AddOutputCaching(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<OutputCachingOptions>, ValidateOutputCachingOptions>();
        services.AddOptions<OutputCachingOptions>().BindConfiguration(OutputCachingOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IOutputCacheStore, RedisAnswers>();
        services.AddOutputCache();
        services.AddOptions<OutputCacheOptions>().Configure<IOptions<OutputCachingOptions>>((cache, options) =>
        {
            // Ids that differ in case alone are other resources
            cache.UseCaseSensitivePaths = true;
            foreach (var (name, policy) in options.Value.Policies)
            {
                cache.AddPolicy(name, new PublicAnswersPolicy(policy));
            }
        });
    }
}
