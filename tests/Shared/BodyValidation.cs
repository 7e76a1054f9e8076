// Marked as experimental; nothing else tells what the source generator found
#pragma warning disable ASP0029
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Validation;

namespace ProdReady.Testing;

/// <summary>
/// Whether the framework validates what a service's bodies are annotated with. Its source generator works in the project that calls
/// <c>AddValidation</c>, and passes over types that are not public, without a word in either case.
/// </summary>
public static class BodyValidation
{
    /// <summary>Every body with annotations is validated, and those that endpoints may have one day would be.</summary>
    /// <param name="services">The running service's.</param>
    /// <param name="service">The service's assembly.</param>
    public static void AssertComplete(IServiceProvider services, Assembly service)
    {
        var validation = services.GetRequiredService<IOptions<ValidationOptions>>().Value;
        Assert.Contains(validation.Resolvers, resolver => resolver.GetType().Assembly == service);
        var bodies = services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType)
            .OfType<Type>()
            .Distinct();
        Assert.All(bodies, body => Assert.True(
            !IsAnnotated(body) || validation.TryGetValidatableTypeInfo(body, out _), $"Nothing validates {body}: it must be public."));
    }

    private static bool IsAnnotated(Type body) =>
        body.GetProperties().Any(property => property.GetCustomAttributes<ValidationAttribute>().Any())
        || body.GetConstructors().Any(constructor =>
            constructor.GetParameters().Any(parameter => parameter.GetCustomAttributes<ValidationAttribute>().Any()));
}
