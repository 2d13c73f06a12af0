using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads a property of whatever came down the pipeline, as text.</summary>
internal static class PropertyText
{
    /// <summary>The property's value as PowerShell writes it; null where there is no such property, or it is empty.</summary>
    public static string? Of(PSObject value, string property) =>
        value.Properties[property]?.Value is { } found && LanguagePrimitives.ConvertTo<string>(found) is { Length: > 0 } text ? text : null;
}
