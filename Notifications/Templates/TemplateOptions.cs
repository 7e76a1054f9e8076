using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Templates;

/// <summary>Where templates come from.</summary>
public sealed class TemplateOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Templates";

    /// <summary>
    /// A folder of further templates, in the form of <c>Notifications/Templates/Files</c>: <c>{type}/{version}/template.json</c> and
    /// <c>{type}/{version}/{locale}.txt</c>. A file there stands in for the service's own of the same name. Default: none.
    /// </summary>
    public string? Directory { get; set; }
}

/// <summary>Reads and checks every template, so that none fails when it is needed.</summary>
internal sealed class ValidateTemplateOptions : IValidateOptions<TemplateOptions>
{
    public ValidateOptionsResult Validate(string? name, TemplateOptions options)
    {
        var failures = new List<string>();
        if (Globalization.IsInvariant)
        {
            failures.Add(Globalization.Failure);
        }
        else
        {
            TemplateLoader.Load(TemplateFiles.Read(options.Directory, failures), failures);
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
