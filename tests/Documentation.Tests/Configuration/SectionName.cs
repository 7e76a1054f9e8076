using System.Reflection;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>The constant by which an options class names its section.</summary>
internal static class SectionName
{
    /// <summary>Its value; <see langword="null"/> for any other class.</summary>
    public static string? Of(Type type) =>
        type.GetField(nameof(SectionName), BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string;
}
