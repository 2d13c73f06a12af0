# What PSScriptAnalyzer is asked by `build analyze`: all its default rules, and how code is laid out here.
@{
    Severity            = @('ParseError', 'Error', 'Warning', 'Information')
    IncludeDefaultRules = $true
    Rules               = @{
        PSAvoidSemicolonsAsLineTerminators        = @{ Enable = $true }
        PSAvoidUsingDoubleQuotesForConstantString = @{ Enable = $true }
        PSPlaceCloseBrace                         = @{ Enable = $true; NoEmptyLineBefore = $true; IgnoreOneLineBlock = $true; NewLineAfter = $true }
        PSPlaceOpenBrace                          = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true }
        # The tests and samples are read by Windows PowerShell too.
        PSUseCompatibleSyntax                     = @{ Enable = $true; TargetVersions = @('5.1', '7.4') }
        PSUseConsistentIndentation                = @{ Enable = $true; Kind = 'space'; IndentationSize = 4; PipelineIndentation = 'IncreaseIndentationForFirstPipeline' }
        PSUseConsistentWhitespace                 = @{ Enable = $true; CheckInnerBrace = $true; CheckOpenBrace = $true; CheckOpenParen = $true; CheckPipe = $true; CheckSeparator = $true; CheckOperator = $false }
        PSUseCorrectCasing                        = @{ Enable = $true }
    }
}
