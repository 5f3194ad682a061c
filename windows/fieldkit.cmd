@echo off
rem Runs fieldkit with the Python beside this file, whatever else is installed.
"%~dp0app\python.exe" -m fieldkit %*
