using System.Management.Automation;
using System.Management.Automation.Language;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>
/// The folder that a script block such as <c>{ "$folder/$($_.Name).txt" }</c> names before the first part that depends on the token.
/// </summary>
internal static class LiteralFolder
{
    private static readonly string[] Items = ["_", "PSItem"];

    /// <summary>Returns the folder; empty for the current one, and null if the script block is not such a text.</summary>
    public static string? Of(ScriptBlock script, PSVariableIntrinsics variables)
    {
        if (script.Ast is not ScriptBlockAst { EndBlock.Statements: { Count: 1 } statements }
            || statements[0] is not PipelineAst { PipelineElements: { Count: 1 } elements }
            || elements[0] is not CommandExpressionAst { Expression: ExpandableStringExpressionAst text })
        {
            return null;
        }

        string prefix = string.Empty;
        int position = 0;
        foreach (ExpressionAst part in text.NestedExpressions)
        {
            int start = text.Value.IndexOf(part.Extent.Text, position, StringComparison.Ordinal);
            if (start < 0)
            {
                return null;
            }

            prefix += text.Value.Substring(position, start - position);
            position = start + part.Extent.Text.Length;
            if (DependsOnItem(part))
            {
                return prefix.Substring(0, prefix.LastIndexOfAny(['/', '\\']) + 1);
            }

            if (part is not VariableExpressionAst variable || variables.GetValue(variable.VariablePath.UserPath) is not { } value)
            {
                return null;
            }

            prefix += LanguagePrimitives.ConvertTo<string>(value);
        }

        return null;
    }

    private static bool DependsOnItem(Ast part) => part.Find(
        node => node is VariableExpressionAst variable
            && Items.Contains(variable.VariablePath.UserPath, StringComparer.OrdinalIgnoreCase),
        searchNestedScriptBlocks: true) is not null;
}
