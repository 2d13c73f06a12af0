using System.Management.Automation;
using System.Management.Automation.Language;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>
/// The folder that a script block such as <c>{ "$folder/$($_.Name).txt" }</c> names before the first part that depends on the token,
/// or in the whole text if no part does.
/// </summary>
internal static class LiteralFolder
{
    private static readonly string[] Items = ["_", "PSItem"];

    /// <summary>Returns the folder; empty for the current one, and null if the script block is not such a text.</summary>
    public static string? Of(ScriptBlock script, PSVariableIntrinsics variables)
    {
        if (script.Ast is not ScriptBlockAst { EndBlock.Statements: { Count: 1 } statements }
            || statements[0] is not PipelineAst { PipelineElements: { Count: 1 } elements }
            || elements[0] is not CommandExpressionAst { Expression: { } expression })
        {
            return null;
        }

        return expression switch
        {
            StringConstantExpressionAst constant => FolderOf(constant.Value),
            ExpandableStringExpressionAst text => Of(text, variables),
            _ => null,
        };
    }

    private static string? Of(ExpandableStringExpressionAst text, PSVariableIntrinsics variables)
    {
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
                return FolderOf(prefix);
            }

            if (part is not VariableExpressionAst variable || variables.GetValue(variable.VariablePath.UserPath) is not { } value)
            {
                return null;
            }

            prefix += LanguagePrimitives.ConvertTo<string>(value);
        }

        return FolderOf(prefix + text.Value.Substring(position));
    }

    private static string FolderOf(string path) => path.Substring(0, path.LastIndexOfAny(['/', '\\']) + 1);

    private static bool DependsOnItem(Ast part) => part.Find(
        node => node is VariableExpressionAst variable
            && Items.Contains(variable.VariablePath.UserPath, StringComparer.OrdinalIgnoreCase),
        searchNestedScriptBlocks: true) is not null;
}
