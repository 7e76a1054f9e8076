using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>The summaries of types and members, from the XML files beside the assemblies, as Markdown.</summary>
internal static partial class Summaries
{
    private static readonly Dictionary<Assembly, Dictionary<string, XElement>> Read = [];

    /// <summary>What is said about a type, a property or an enum's value.</summary>
    /// <exception cref="InvalidOperationException">Nothing is said about it.</exception>
    public static string Of(MemberInfo member)
    {
        var type = member as Type ?? member.DeclaringType!;
        var name = type.FullName!.Replace('+', '.');
        var key = member switch
        {
            Type => $"T:{name}",
            PropertyInfo => $"P:{name}.{member.Name}",
            _ => $"F:{name}.{member.Name}",
        };
        return MembersOf(type.Assembly).GetValueOrDefault(key) is { } element
            ? Spaces().Replace(string.Concat(element.Nodes().Select(Markdown)), " ").Trim()
            : throw new InvalidOperationException($"{key[2..]} has no summary, which docs/configuration.md is made of.");
    }

    private static Dictionary<string, XElement> MembersOf(Assembly assembly)
    {
        if (!Read.TryGetValue(assembly, out var members))
        {
            members = XDocument.Load(Path.ChangeExtension(assembly.Location, "xml"), LoadOptions.PreserveWhitespace).Descendants("member")
                .Where(member => member.Element("summary") is not null)
                .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!);
            Read.Add(assembly, members);
        }

        return members;
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "seealso" } see => $"`{see.Attribute("langword")?.Value ?? NameOf(see.Attribute("cref")!.Value)}`",
        XElement { Name.LocalName: "para" } paragraph => $" {string.Concat(paragraph.Nodes().Select(Markdown))} ",
        _ => throw new InvalidOperationException($"A summary holds '{node}', which docs/configuration.md has no form for."),
    };

    /// <summary><c>P:Namespace.Type.Member</c> as the setting that it is, without its type; what is not ours keeps it.</summary>
    private static string NameOf(string reference) => string.Join(
        '.', reference[2..].Split('.').TakeLast(reference[2..].StartsWith(nameof(ProdReady), StringComparison.Ordinal) || reference[0] == 'T' ? 1 : 2));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
