using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Templates.Placeholders;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Notifications.Templates;

/// <summary>A version of a template, as its API shows it.</summary>
/// <param name="Type">What it tells.</param>
/// <param name="Version">Its version; a request that names none gets the highest.</param>
/// <param name="Kind">What its messages are for.</param>
/// <param name="QuietHours">Whether its messages wait until the recipient's quiet hours are over.</param>
/// <param name="MaxSegments">How many segments its longest text may take.</param>
/// <param name="DefaultLocale">The locale of those who ask for one that is not there.</param>
/// <param name="Locales">The locales that it has texts in.</param>
/// <param name="Placeholders">What its data must have, by name.</param>
internal sealed record TemplateAnswer(
    string Type,
    int Version,
    MessageKind Kind,
    bool QuietHours,
    int MaxSegments,
    string DefaultLocale,
    IReadOnlyList<string> Locales,
    IReadOnlyDictionary<string, Placeholder> Placeholders);

/// <summary>Templates, and what they take.</summary>
internal static class TemplateEndpoints
{
    /// <summary>Adds the <see cref="TemplateRenderer"/>. Every template is checked when the service starts.</summary>
    public static IHostApplicationBuilder AddTemplates(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<TemplateOptions>, ValidateTemplateOptions>();
        builder.Services.AddOptions<TemplateOptions>().BindConfiguration(TemplateOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<TemplateCatalog>();
        builder.Services.AddSingleton<TemplateRenderer>();
        return builder;
    }

    public static void MapTemplates(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/notifications/templates", List)
            .WithSummary("The templates, with their versions, locales and placeholders")
            .RequireScope(MessageEndpoints.ReadScope);

    private static Ok<IReadOnlyList<TemplateAnswer>> List(TemplateCatalog catalog) => TypedResults.Ok<IReadOnlyList<TemplateAnswer>>(
    [
        .. catalog.All.OrderBy(template => template.Type, StringComparer.Ordinal).ThenBy(template => template.Version).Select(template =>
            new TemplateAnswer(
                template.Type,
                template.Version,
                template.Description.Kind,
                template.Description.QuietHours,
                template.Description.MaxSegments,
                template.Description.DefaultLocale,
                [.. template.Texts.Values.Select(text => text.Culture.Name).Order(StringComparer.Ordinal)],
                template.Description.Placeholders)),
    ]);
}
